/** The forms of the demo site. */
export interface DemoForm {
  title: string
  description: string
  default?: boolean
  success_message: string
  /** Name of a tag that it adds. */
  tag?: string
  /** Title of an offer that it grants. */
  offer?: string
}

export const demoForms: DemoForm[] = [
  {
    title: 'Newsletter',
    description: 'News from the studio, once a month.',
    default: true,
    success_message: 'Thank you. The next letter is on its way to you at the beginning of the month.',
    tag: 'Newsletter',
  },
  {
    title: 'Try the Studio Circle',
    description: 'Paint along with us for 30 days, free of charge.',
    success_message: 'Welcome. We have sent you an e-mail with a link to open the Studio Circle.',
    offer: '30 Days in the Circle',
  },
]
