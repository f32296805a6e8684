/** It has no types of its own. */
declare module 'openapi-to-postmanv2' {
  interface Result {
    result: boolean
    reason?: string
    output?: { type: 'collection'; data: unknown }[]
  }

  const converter: {
    convertV2: (
      input: { type: 'json'; data: unknown },
      options: object,
      done: (error: Error | null, result?: Result) => void,
    ) => void
  }
  export default converter
}
