import { dereference } from '@readme/openapi-parser'
import type { Media, OpenApi, Parameter, Response } from '../platform/http/openapi/document.ts'
import type { Client } from './client.ts'

/** An operation with its references resolved. */
export interface WholeOperation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response>
  'x-extension'?: boolean
  'x-permission'?: string | null
}

/** The OpenAPI document of a server, as it is sent. */
export const readOpenApi = async (client: Client): Promise<OpenApi> =>
  (await client.get('/openapi.json')).body

type WholePaths = Record<string, Record<string, WholeOperation>>

/** Of each document: to resolve its references takes seconds. */
const resolved = new WeakMap<OpenApi, Promise<WholePaths>>()

/** Its operations by path and method, without references; not to be changed. */
export function wholePaths(document: OpenApi): Promise<WholePaths> {
  const paths = resolved.get(document) ?? resolve(document)
  resolved.set(document, paths)
  return paths
}

async function resolve(document: OpenApi): Promise<WholePaths> {
  const copy = structuredClone(document) as unknown as Parameters<typeof dereference>[0]
  return ((await dereference(copy)) as unknown as { paths: never }).paths
}
