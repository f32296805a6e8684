/** The parts of an OpenAPI 3.1 document that are worked on here. */

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema, whose keywords are read one by one
export type Schema = Record<string, any>

export interface Media {
  schema: Schema
  example?: unknown
}

export interface Reference {
  $ref: string
}

export interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema: Schema
}

export interface Response {
  description: string
  headers?: Record<string, object>
  content?: Record<string, Media>
}

export interface Operation {
  operationId?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: (Parameter | Reference)[]
  requestBody?: { required?: boolean; content: Record<string, Media> }
  responses: Record<string, Response | Reference>
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  tags?: { name: string; description?: string }[]
  components: Record<string, Record<string, object>>
}
