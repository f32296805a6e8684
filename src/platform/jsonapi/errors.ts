/** Where in the request an error lies, as JSON:API 1.1 has it. */
export interface ErrorSource {
  /** JSON Pointer to a value that exists in the request document; "" is the whole of it. */
  pointer?: string
  parameter?: string
  header?: string
}

/** The way to a value in a document: names of members, and places in lists. */
export type Path = (string | number)[]

/** The JSON Pointer to what is reached by this way. */
export const jsonPointer = (path: Path) =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export interface ErrorOptions {
  source?: ErrorSource
  /** Where in the JSON that a parameter contains the error lies: a JSON Pointer. */
  within?: string
  headers?: Record<string, string>
  cause?: unknown
  /** Further errors of the same request, with the same status. */
  others?: ApiError[]
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
}

export const titleOf = (status: number): string => TITLES[status] ?? 'Error'

/** A request that cannot be served, and why. Thrown by use cases and by the HTTP layer alike. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly source: ErrorSource | undefined
  readonly within: string | undefined
  readonly headers: Record<string, string>
  readonly others: ApiError[]

  /** @param detail a sentence that says what to do */
  constructor(status: number, code: string, detail: string, options: ErrorOptions = {}) {
    super(detail, { cause: options.cause })
    this.status = status
    this.code = code
    this.source = options.source
    this.within = options.within
    this.headers = options.headers ?? {}
    this.others = options.others ?? []
  }

  get title(): string {
    return titleOf(this.status)
  }
}

export const badRequest = (code: string, detail: string, source?: ErrorSource) =>
  new ApiError(400, code, detail, { source })

export const notFound = (detail: string, source?: ErrorSource) =>
  new ApiError(404, 'not_found', detail, { source })

export const unprocessable = (code: string, detail: string, pointer: string) =>
  new ApiError(422, code, detail, { source: { pointer } })

/** An error in the JSON that a parameter contains. @param pointer into the JSON */
export const inParameter = (error: ApiError, parameter: string, pointer: string): ApiError =>
  new ApiError(error.status, error.code, `${parameter}${pointer && ` at ${pointer}`}: ${error.message}`, {
    source: { parameter },
    within: pointer,
  })

/** An error as OAuth has it, for the token endpoint. */
export function flatError({ status, code, message }: ApiError) {
  return { error: status === 400 ? 'invalid_request' : code, error_description: message }
}

/** The error document of JSON:API. Every value in it may be shown to the caller. */
export function errorDocument(error: ApiError, requestId: string) {
  return {
    errors: [error, ...error.others].map(({ status, code, title, message: detail, source, within }) => ({
      status: String(status),
      code,
      title,
      detail,
      ...(source && { source }),
      ...(within && { meta: { pointer: within } }),
    })),
    meta: { request_id: requestId },
  }
}
