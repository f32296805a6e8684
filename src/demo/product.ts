export interface DemoProduct {
  title: string
  description: string
  type: string
  /** The address of a file of this folder, as isOwnFile() takes it. */
  picture: string
  modules: { title: string; lessons: DemoLesson[] }[]
}

export interface DemoLesson {
  title: string
  /** Blank lines separate paragraphs. */
  body: string
  picture?: { url: string; alt: string }
  download?: string
}
