/** Courses for tests, made over the API as clients make them. */
import type { Client } from './client.ts'
import { unique } from './fixtures.ts'
import type { Harness } from './harness.ts'

/** Creates a resource that belongs to another one. @returns its id */
export async function makePart(
  client: Client,
  type: 'modules' | 'lessons' | 'media',
  parentId: string,
  attributes: object = {},
): Promise<string> {
  const [relationship, parentType, needed] = PARTS[type]
  const relationships = { [relationship]: { data: { type: parentType, id: parentId } } }
  const data = { type, attributes: { ...needed(), ...attributes }, relationships }
  const { status, body } = await client.post(`/v1/${type}`, { data })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data.id
}

const PARTS = {
  modules: ['course', 'courses', () => ({ title: `Module ${unique()}` })],
  lessons: ['module', 'modules', () => ({ title: `Lesson ${unique()}` })],
  media: ['lesson', 'lessons', () => ({ url: 'https://vimeo.com/76979871' })],
} as const

/** Ids of a new course with a module, a lesson and a medium. */
export interface CourseParts {
  courseId: string
  moduleId: string
  lessonId: string
  mediumId: string
}

export async function makeCourseParts(client: Client): Promise<CourseParts> {
  const courseId = await makeContent(client, 'courses')
  const moduleId = await makePart(client, 'modules', courseId)
  const lessonId = await makePart(client, 'lessons', moduleId)
  return { courseId, moduleId, lessonId, mediumId: await makePart(client, 'media', lessonId) }
}

/** Creates a resource of the only site of a client. @returns its id */
export async function makeContent(client: Client, type: string, attributes: object = {}): Promise<string> {
  const data = { type, attributes: { title: `Title ${unique()}`, ...attributes } }
  const { status, body } = await client.post(`/v1/${type}`, { data })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data.id
}

export interface UploadFixture {
  visibility?: 'members' | 'public'
  content_type?: string
  size?: number
}

/** Uploads a small text on the only site of a client. @returns its id */
export async function makeUpload(client: Client): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob(['hello']), 'hello.txt')
  const { status, body } = await client.post('/v1/uploads', form)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.data.id
}

/** The row of an upload, whose content is nowhere. @returns its id and key */
export async function makeUploadRow({ app }: Harness, siteId: string, upload: UploadFixture = {}) {
  const now = app.clock.now()
  return app.db
    .insertInto('uploads')
    .values({
      site_id: siteId,
      key: String(unique()).padStart(32, 'k'),
      file_name: 'lesson.mp4',
      received_at: now,
      created_at: now,
      updated_at: now,
      ...upload,
    })
    .returning(['id', 'key'])
    .executeTakeFirstOrThrow()
}
