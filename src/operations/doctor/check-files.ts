import pLimit from 'p-limit'
import { findUpload } from '../../catalogue/uploads/find-upload.ts'
import type { App } from '../../platform/app.ts'
import type { Finding } from './examine.ts'

const RULE = {
  name: 'upload_file',
  rule: 'The file of every upload is in the store, with the size that it had.',
}
const PAGE = 1_000
const CONCURRENT = 16
const MOST_EXAMPLES = 5

/** Checks that no upload lacks its file. Files can be looked at only after the snapshot of the database. */
export async function checkFiles(app: App): Promise<Finding> {
  try {
    const broken: string[] = []
    for (let after = '0'; ; ) {
      const page = await app.db
        .selectFrom('uploads')
        .select(['id', 'key', 'size', 'file_name'])
        .where('received_at', 'is not', null)
        .where('deleted_at', 'is', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .execute()
      const limit = pLimit(CONCURRENT)
      const wrong = await Promise.all(page.map((upload) => limit(() => problemOf(app, upload))))
      broken.push(...wrong.filter((problem) => problem !== null))
      if (page.length < PAGE) break
      after = page.at(-1)!.id
    }
    return { ...RULE, violations: broken.length, examples: broken.slice(0, MOST_EXAMPLES) }
  } catch (error) {
    return {
      ...RULE,
      violations: null,
      examples: [`the store cannot be read: ${(error as Error).message}`],
    }
  }
}

async function problemOf(
  { db, files }: App,
  { id, key, size, file_name }: { id: string; key: string; size: string; file_name: string },
): Promise<string | null> {
  const found = await files.sizeOf(key)
  // One that was deleted meanwhile is none.
  if (found === Number(size) || !(await findUpload(db, key))) return null
  return `upload ${id} (${file_name}): ${found === null ? 'no file' : `${found} bytes instead of ${size}`}`
}
