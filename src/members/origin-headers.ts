import type { Form } from '../forms/find-form.ts'

export const ALLOW_ORIGIN = 'access-control-allow-origin'

/**
 * The headers with which browsers let scripts of another website read what the address of a form answers.
 *
 * @param origin of the page that sends the request, where it is another website
 */
export const originHeaders = (
  origin: string | null,
  { allowed_origins }: Pick<Form, 'allowed_origins'>,
): Record<string, string> => ({
  vary: 'Origin, Accept',
  ...(origin !== null && allowed_origins?.includes(origin) && { [ALLOW_ORIGIN]: origin }),
})
