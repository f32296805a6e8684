import type { CompleteDocument } from './documents.ts'
import type { UploadDocument } from './generated.ts'
import { OWN_PAGE, refused, unreachable } from './request.ts'

export interface UploadOptions {
  siteId: string
  /** Who can open the file: members through the pages that show it, or everybody. */
  visibility: 'members' | 'public'
  /** @param part of the file that has been sent, from 0 to 1 */
  onProgress?: (part: number) => void
  signal?: AbortSignal
}

/** An upload, as `POST /v1/uploads` answers. */
export type Uploaded = CompleteDocument<UploadDocument>['data']

const URL = '/v1/uploads'

/**
 * Sends a file. It is no operation of the generated client, because `fetch` does not report progress.
 *
 * @throws RequestProblem; DOMException `AbortError` after the signal
 */
export function uploadFile(
  file: File,
  { siteId, visibility, onProgress, signal }: UploadOptions,
): Promise<Uploaded> {
  const form = new FormData()
  // What comes after the file is ignored.
  form.append('visibility', visibility)
  form.append('site_id', siteId)
  form.append('file', file)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', URL)
    request.setRequestHeader(...OWN_PAGE)
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 1 : loaded / total)
    request.onload = () => {
      const { status, responseText: text } = request
      if (status === 201) resolve((JSON.parse(text) as CompleteDocument<UploadDocument>).data)
      else reject(refused(URL, text, request, request.getResponseHeader('x-request-id')))
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}
