import buildSerializer from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'

/**
 * Compiles the schema of a response when the first one is sent: compiling those of all routes takes a second of
 * CPU, which is most of what a server needs to start.
 */
export const responseSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  let serialize: ReturnType<typeof buildSerializer> | undefined
  return (body) => {
    serialize ??= buildSerializer(schema)
    return serialize(body)
  }
}
