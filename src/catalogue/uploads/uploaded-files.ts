/** The addresses of uploads, /bestow-files/<key>: for everybody or with a signature. */
import { basename, dirname } from 'node:path'
import { send } from '@fastify/send'
import { create as disposition } from 'content-disposition'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../platform/app.ts'
import { uploadPath } from '../own-files.ts'
import { isShownInline } from './content-type.ts'
import { findUpload, type Upload } from './find-upload.ts'
import { isSigned } from './signed-path.ts'

/** Who may open it can change. */
const CACHE_SECONDS = 3_600

/** Serves them, so that no browser runs what is in them; parts of them, too, as players of videos ask for. */
export async function uploadedFiles(server: FastifyInstance, app: App): Promise<void> {
  server.get(uploadPath(':key'), { schema: { hide: true } }, async (request, reply) => {
    const { key } = request.params as { key: string }
    const upload = await findUpload(app.db, key)
    const isPublic = upload?.visibility === 'public'
    if (!upload || !(isPublic || isSigned(app, key, request.query as Record<string, unknown>)))
      return reply.callNotFound()
    reply.headers({
      'cache-control': `${isPublic ? 'public' : 'private'}, max-age=${CACHE_SECONDS}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'referrer-policy': 'no-referrer',
    })
    if (!app.files.addressOf) return sendFile(app, upload, request, reply)
    return upload.content_type === CAPTIONS ? sendCaptions(app, upload, reply) : redirect(app, upload, reply)
  })
}

/** Players read captions only from the server of their page. */
const CAPTIONS = 'text/vtt'

const servedAs = ({ content_type, file_name }: Upload) => ({
  contentType: /^text\//.test(content_type) ? `${content_type}; charset=utf-8` : content_type,
  disposition: disposition(file_name, { type: isShownInline(content_type) ? 'inline' : 'attachment' }),
})

async function sendCaptions({ files }: App, upload: Upload, reply: FastifyReply): Promise<FastifyReply> {
  const { contentType, disposition } = servedAs(upload)
  return reply
    .headers({ 'content-type': contentType, 'content-disposition': disposition })
    .send(await files.read(upload.key))
}

async function redirect({ files }: App, upload: Upload, reply: FastifyReply): Promise<FastifyReply> {
  return reply.redirect(await files.addressOf!(upload.key, servedAs(upload)), 302)
}

async function sendFile(
  { files }: App,
  upload: Upload,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = files.pathOf!(upload.key)
  const sent = await send(request.raw, basename(path), {
    root: dirname(path),
    cacheControl: false,
    contentType: false,
  })
  if (sent.statusCode === 416) return reply.code(416).headers(sent.headers).send('')
  if (sent.type !== 'file') return reply.callNotFound() as unknown as FastifyReply
  const { contentType, disposition } = servedAs(upload)
  return reply
    .code(sent.statusCode)
    .headers({ ...sent.headers, 'content-type': contentType, 'content-disposition': disposition })
    .send(sent.stream)
}
