/** A Fastify server with one route that does nothing, as a process of its own. */
import Fastify from 'fastify'
import { MEDIA_TYPE } from '../../src/platform/jsonapi/schemas.ts'

const server = Fastify()
server.addContentTypeParser(MEDIA_TYPE, { parseAs: 'string' }, server.getDefaultJsonParser('error', 'error'))
server.post('/v1/contacts/:id/relationships/offers', async () => ({}))
const url = await server.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ url })}\n`)
