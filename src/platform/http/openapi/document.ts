/** The parts of an OpenAPI 3.1 document that are worked on here. */
import type { EventType } from '../../events/events.ts'

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
  summary?: string
  description?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: (Parameter | Reference)[]
  requestBody?: { required?: boolean; content: Record<string, Media> }
  responses: Record<string, Response | Reference>
  'x-extension'?: boolean
  /** Null: any valid token; left out: none is needed. */
  'x-permission'?: string | null
  /** The types of events that it can record. */
  'x-events'?: EventType[]
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  tags?: { name: string; description?: string }[]
  components: Record<string, Record<string, object>>
}
