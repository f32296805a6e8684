import type english from './en.json'

/** The key of a text. */
export type TextKey = keyof typeof english
