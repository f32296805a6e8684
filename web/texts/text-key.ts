import type english from './en.json'
import type imports from './imports-en.json'
import type sales from './sales-en.json'

/** The key of a text. */
export type TextKey = keyof typeof english | keyof typeof sales | keyof typeof imports
