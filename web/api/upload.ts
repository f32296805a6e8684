import type { CompleteDocument } from './documents.ts'
import type { UploadDocument } from './generated.ts'
import { OWN_PAGE, refused, unreachable } from './request.ts'

export interface UploadOptions extends SendOptions {
  siteId: string
  /** Who can open the file: members through the pages that show it, or everybody. */
  visibility: 'members' | 'public'
}

/** An upload, as `POST /v1/uploads` answers. */
export type Uploaded = CompleteDocument<UploadDocument>['data']

/** Sends a file. @throws RequestProblem; DOMException `AbortError` after the signal */
export async function uploadFile(
  file: File,
  { siteId, visibility, ...options }: UploadOptions,
): Promise<Uploaded> {
  const form = new FormData()
  // What comes after the file is ignored.
  form.append('visibility', visibility)
  form.append('site_id', siteId)
  form.append('file', file)
  return (await sendForm<CompleteDocument<UploadDocument>>('/v1/uploads', form, options)).data
}

export interface SendOptions {
  /** @param part of the form that has been sent, from 0 to 1 */
  onProgress?: (part: number) => void
  signal?: AbortSignal
}

/**
 * Sends a form with a file. It is no operation of the generated client, because `fetch` does not report progress.
 *
 * @throws RequestProblem; DOMException `AbortError` after the signal
 */
export const sendForm = <Document>(
  url: string,
  form: FormData,
  { onProgress, signal }: SendOptions,
): Promise<Document> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.setRequestHeader(...OWN_PAGE)
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 1 : loaded / total)
    request.onload = () => {
      const { status, responseText: text } = request
      if (status < 300) resolve(JSON.parse(text) as Document)
      else reject(refused(text, request, request.getResponseHeader('x-request-id')))
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(form)
  })
