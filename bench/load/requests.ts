import type { Plan } from './plan.ts'

/** Returns requests one after the other as bytes; null when the numbers are used up. */
export function requestWriter({ url, token, requests }: Plan): () => string | null {
  const { method, paths, body = '', numbers } = requests
  const { first, count, step } = numbers
  const head = [
    ' HTTP/1.1',
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${token}`,
    'Accept: application/vnd.api+json',
    ...(method === 'POST' ? ['Content-Type: application/vnd.api+json'] : []),
  ].join('\r\n')
  const lengthOf = (body: string) =>
    method === 'POST' ? `\r\nContent-Length: ${Buffer.byteLength(body)}` : ''
  const bodyOf = template(body)
  let i = 0
  return () => {
    if (i === count) return null
    const number = String(first + ((i * step) % count))
    const path = paths[i % paths.length]!.replace('{n}', number)
    i += 1
    const sent = bodyOf(number)
    return `${method} ${path}${head}${lengthOf(sent)}\r\n\r\n${sent}`
  }
}

/** Writes a number into the places of a text that are for it. */
function template(text: string): (number: string) => string {
  const parts = text.split('{n}')
  return parts.length === 1 ? () => text : (number) => parts.join(number)
}
