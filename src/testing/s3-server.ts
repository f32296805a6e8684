/** For tests: a server that speaks as much of the API of S3 as is needed, and refuses what is not signed correctly. */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3Server {
  url: string
  objects: Map<string, Buffer>
  /** Uploads in parts that are neither complete nor aborted. */
  pending: Map<string, Map<number, Buffer>>
  /** Answers from now on with this status to what sends a part. */
  failParts: (status: number | null) => void
  close: () => Promise<void>
}

const REGION = 'eu-central-1'

export async function startS3Server(secret: string): Promise<S3Server> {
  const objects = new Map<string, Buffer>()
  const pending = new Map<string, Map<number, Buffer>>()
  let partStatus: number | null = null
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const url = new URL(request.url!, 'http://localhost')
    if (!isSignedBy(secret, request, url)) return fail(response, 403, 'SignatureDoesNotMatch')
    if (partStatus && url.searchParams.has('partNumber')) return fail(response, partStatus, 'Broken')
    answer(request.method!, url, body, response)
  })
  const answer = (
    method: string,
    { pathname, searchParams }: URL,
    body: Buffer,
    response: ServerResponse,
  ) => {
    const uploadId = searchParams.get('uploadId')
    if (method === 'POST' && searchParams.has('uploads')) {
      const id = String(pending.size + 1)
      pending.set(id, new Map())
      return xml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      )
    }
    if (method === 'PUT' && uploadId) {
      pending.get(uploadId)!.set(Number(searchParams.get('partNumber')), body)
      return response.writeHead(200, { etag: '"part"' }).end()
    }
    if (method === 'POST' && uploadId) {
      const parts = [...pending.get(uploadId)!].sort(([one], [other]) => one - other)
      objects.set(pathname, Buffer.concat(parts.map(([, part]) => part)))
      pending.delete(uploadId)
      return xml(
        response,
        '<CompleteMultipartUploadResult><ETag>"all"</ETag></CompleteMultipartUploadResult>',
      )
    }
    if (method === 'DELETE' && uploadId) {
      pending.delete(uploadId)
      return response.writeHead(204).end()
    }
    if (method === 'PUT') {
      objects.set(pathname, body)
      return response.writeHead(200, { etag: '"one"' }).end()
    }
    if (method === 'DELETE') {
      objects.delete(pathname)
      return response.writeHead(204).end()
    }
    const object = objects.get(pathname)
    if (!object) return fail(response, 404, 'NoSuchKey')
    const asked = ['content-type', 'content-disposition'].flatMap((name) => {
      const value = searchParams.get(`response-${name}`)
      return value === null ? [] : [[name, value]]
    })
    response.writeHead(200, { 'content-length': object.length, ...Object.fromEntries(asked) })
    return response.end(method === 'HEAD' ? undefined : object)
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    pending,
    failParts: (status) => {
      partStatus = status
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}

const xml = (response: ServerResponse, text: string) =>
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`)

const fail = (response: ServerResponse, status: number, code: string) =>
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)

/** AWS Signature Version 4, in the header or in the query. */
function isSignedBy(secret: string, request: IncomingMessage, url: URL): boolean {
  const query = url.searchParams
  const header = request.headers.authorization ?? ''
  const inQuery = query.has('X-Amz-Signature')
  const field = (name: string) => new RegExp(`${name}=([^, ]+)`).exec(header)?.[1] ?? ''
  const signature = inQuery ? query.get('X-Amz-Signature')! : field('Signature')
  const signed = (inQuery ? query.get('X-Amz-SignedHeaders')! : field('SignedHeaders')).split(';')
  const time = inQuery ? query.get('X-Amz-Date')! : String(request.headers['x-amz-date'])
  const parameters = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
  const canonical = [
    request.method,
    url.pathname,
    parameters.join('&'),
    ...signed.map((name) => `${name}:${request.headers[name]}`),
    '',
    signed.join(';'),
    inQuery ? 'UNSIGNED-PAYLOAD' : request.headers['x-amz-content-sha256'],
  ].join('\n')
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  )
  const key = scope
    .split('/')
    .reduce<Buffer | string>((made, part) => hmac(made, part).digest(), `AWS4${secret}`)
  return hmac(key, text).digest('hex') === signature
}

const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text)

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
