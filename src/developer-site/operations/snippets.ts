/** One request in the languages that most clients are written in. */

import { LOCAL_URL } from '../site-page.ts'
import type { DocumentedOperation } from './operations.ts'

interface Request {
  method: string
  url: string
  /** None: the operation is public. */
  hasToken: boolean
  /** Null: it has no body. */
  kind: 'json' | 'form' | 'upload' | null
  type: string
  body: unknown
}

const KINDS: Record<string, Request['kind']> = {
  'application/x-www-form-urlencoded': 'form',
  'multipart/form-data': 'upload',
}

/** Code blocks, each named after its language. */
export function snippetsOf(operation: DocumentedOperation): string {
  const request = requestOf(operation)
  const blocks: [string, string, string][] = [
    ['bash', 'curl', curl(request)],
    ['javascript', 'JavaScript', javascript(request)],
    ['python', 'Python', python(request)],
    ['php', 'PHP', php(request)],
  ]
  return blocks.map(([language, name, code]) => `\`\`\`${language} ${name}\n${code}\n\`\`\``).join('\n')
}

function requestOf({ method, url, parameters, permission, body }: DocumentedOperation): Request {
  const path = url.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.name === name) as {
      example?: string
    }
    return encodeURIComponent(String(parameter?.example ?? '1'))
  })
  const required = parameters.filter((each) => each.in === 'query' && each.required)
  const query = required.map(
    ({ name, schema }) => `${name}=${encodeURIComponent(String(schema.examples?.[0] ?? '1'))}`,
  )
  return {
    method,
    url: `${LOCAL_URL}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    hasToken: permission !== undefined,
    kind: body ? (KINDS[body.type] ?? 'json') : null,
    type: body?.type ?? '',
    body: body?.example ?? {},
  }
}

const lines = (...all: (string | false)[]) => all.filter((line) => line !== false).join('\n')
const json = (value: unknown, indent: number) =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(indent)}`)

const fieldsOf = (body: unknown): [string, string][] =>
  Object.entries(body as Record<string, unknown>)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([name, value]) => [name, String(value)])

function curl({ method, url, hasToken, kind, type, body }: Request): string {
  const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const parts = [
    `curl -s${method === 'GET' || (method === 'POST' && kind) ? '' : ` -X ${method}`} ${shell(url)}`,
  ]
  if (hasToken) parts.push('-H "Authorization: Bearer $TOKEN"')
  if (kind === 'form') parts.push(...fieldsOf(body).map(([name, value]) => `-d ${shell(`${name}=${value}`)}`))
  else if (kind === 'upload') parts.push("-F 'file=@picture.png'")
  else if (kind) parts.push(`-H 'Content-Type: ${type}'`, `-d ${shell(json(body, 2))}`)
  return parts.join(' \\\n  ')
}

function javascript({ method, url, hasToken, kind, type, body }: Request): string {
  const headers = [
    hasToken && "    Authorization: 'Bearer ' + token,",
    kind === 'json' && `    'Content-Type': '${type}',`,
  ].filter((line) => line !== false)
  return lines(
    kind === 'upload' && "const form = new FormData()\nform.append('file', file)",
    `const response = await fetch('${url}', {`,
    method !== 'GET' && `  method: '${method}',`,
    headers.length > 0 && `  headers: {\n${headers.join('\n')}\n  },`,
    kind === 'upload' && '  body: form,',
    kind === 'form' && `  body: new URLSearchParams(${json(Object.fromEntries(fieldsOf(body)), 2)}),`,
    kind === 'json' && `  body: JSON.stringify(${json(body, 2)}),`,
    '})',
    'if (!response.ok) throw new Error(await response.text())',
    'const document = await response.json()',
  )
}

function python({ method, url, hasToken, kind, type, body }: Request): string {
  const literal = (value: unknown) =>
    json(value, 4)
      .replace(/: true(?=[,\n}\]]|$)/g, ': True')
      .replace(/: false(?=[,\n}\]]|$)/g, ': False')
      .replace(/: null(?=[,\n}\]]|$)/g, ': None')
  const headers = [
    hasToken && '        "Authorization": f"Bearer {token}",',
    kind === 'json' && `        "Content-Type": "${type}",`,
  ].filter((line) => line !== false)
  return lines(
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    "${url}",`,
    headers.length > 0 && `    headers={\n${headers.join('\n')}\n    },`,
    kind === 'upload' && '    files={"file": open("picture.png", "rb")},',
    kind === 'form' && `    data=${literal(Object.fromEntries(fieldsOf(body)))},`,
    kind === 'json' && `    json=${literal(body)},`,
    ')',
    'response.raise_for_status()',
    'document = response.json()',
  )
}

function php({ method, url, hasToken, kind, type, body }: Request): string {
  const headers = [
    hasToken && '"Authorization: Bearer $token"',
    kind === 'json' && `'Content-Type: ${type}'`,
  ].filter((part) => part !== false)
  const array = (value: unknown, indent: number): string => {
    if (value === null || typeof value !== 'object')
      return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : String(value)
    const pad = ' '.repeat(indent + 4)
    const entries = Array.isArray(value)
      ? value.map((one) => `${pad}${array(one, indent + 4)},`)
      : Object.entries(value).map(([name, one]) => `${pad}'${name}' => ${array(one, indent + 4)},`)
    return entries.length === 0 ? '[]' : `[\n${entries.join('\n')}\n${' '.repeat(indent)}]`
  }
  return lines(
    '<?php',
    `$request = curl_init('${url}');`,
    'curl_setopt_array($request, [',
    '    CURLOPT_RETURNTRANSFER => true,',
    method !== 'GET' && `    CURLOPT_CUSTOMREQUEST => '${method}',`,
    headers.length > 0 && `    CURLOPT_HTTPHEADER => [${headers.join(', ')}],`,
    kind === 'upload' && "    CURLOPT_POSTFIELDS => ['file' => new CURLFile('picture.png')],",
    kind === 'form' &&
      `    CURLOPT_POSTFIELDS => http_build_query(${array(Object.fromEntries(fieldsOf(body)), 4)}),`,
    kind === 'json' && `    CURLOPT_POSTFIELDS => json_encode(${array(body, 4)}),`,
    ']);',
    '$document = json_decode(curl_exec($request), true);',
  )
}
