/** Files that this server has itself: those of the demo, and those that owners upload. */
import { Type } from 'typebox'
import { derived, nullableText } from '../platform/jsonapi/field-types.ts'
import { type Field, httpsAddress, writable } from '../platform/jsonapi/fields.ts'
import type { Attribute } from '../platform/jsonapi/resource.ts'

/** Their addresses are stored without that of the server, which can change. */
export const isOwnFile = (address: string): boolean =>
  /^\/demo\/[\w-]+\.svg$/.test(address) || (address.startsWith('/') && uploadKeyIn(address) !== null)

/** The address of an upload, below that of the server. Other servers have none that looks like it. */
export const uploadPath = (key: string): string => `/bestow-files/${key}`

/** The key of the upload that an address leads to, on whatever host; null for other addresses. */
export function uploadKeyIn(address: string): string | null {
  const [, key = null] =
    /^(?:https?:\/\/[\w.:[\]-]+)?\/bestow-files\/([\w-]{32})(?:\?[\w=&-]*)?$/.exec(address) ?? []
  return key
}

/** The address of a file for who is elsewhere. */
export const absoluteAddress = (address: string | null, baseUrl: string): string | null =>
  address !== null && isOwnFile(address) ? baseUrl + address : address

/** An https address, or that of an upload, with the address of the server or without. */
export const fileAddress: Field = {
  ...httpsAddress,
  schema: Type.String({ format: 'uri-reference', maxLength: 2_000 }),
  form: 'an https address of at most 2,000 characters, or the address of an upload',
  read(value) {
    const key = typeof value === 'string' ? uploadKeyIn(value.trim()) : null
    return key === null ? httpsAddress.read(value) : uploadPath(key)
  },
}

/** The attribute of an address of a picture that can be set. */
export const pictureAddress = (): Attribute =>
  writable(
    derived<string | null>(nullableText(), (address, { baseUrl }) => absoluteAddress(address, baseUrl)),
    fileAddress,
  )
