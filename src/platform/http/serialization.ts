import buildSerializer from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'

type Serializer = ReturnType<typeof buildSerializer>

/** By schema: nearly all responses with errors have the same one. */
const serializers = new WeakMap<object, Serializer>()

/**
 * Compiles the schema of a response when the first one is sent: compiling those of all routes takes a second of
 * CPU, which is most of what a server needs to start.
 */
export const responseSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  let serialize: Serializer | undefined
  return (body) => {
    serialize ??= serializerOf(schema)
    return serialize(body)
  }
}

function serializerOf(schema: object): Serializer {
  const serialize = serializers.get(schema) ?? buildSerializer(schema)
  serializers.set(schema, serialize)
  return serialize
}
