import { type TextKey, t } from '../../texts/translate.ts'

/** Texts on one line, besides name and e-mail. */
export const PROFILE = [
  'phone_number',
  'mobile_phone_number',
  'business_number',
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_zip',
  'address_country',
  'external_user_id',
] as const

export const profileTitle = (name: (typeof PROFILE)[number]): string => t(`field.${name}` as TextKey)
