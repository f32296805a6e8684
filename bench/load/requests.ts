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
    ...(method === 'POST'
      ? ['Content-Type: application/vnd.api+json', `Content-Length: ${Buffer.byteLength(body)}`]
      : []),
  ].join('\r\n')
  let i = 0
  return () => {
    if (i === count) return null
    const number = first + ((i * step) % count)
    const path = paths[i % paths.length]!.replace('{n}', String(number))
    i += 1
    return `${method} ${path}${head}\r\n\r\n${body}`
  }
}
