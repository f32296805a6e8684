import { CONNECTION, type RequestOptions } from './connection.ts'

/**
 * What the generated functions call: sends the request over the connection of the client that they belong to.
 *
 * @throws BestowError
 */
export async function request<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
  return options[CONNECTION]!.send(path, options, async (response) => {
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    if (text === '') return undefined as Result
    return (isJson ? JSON.parse(text) : text) as Result
  })
}
