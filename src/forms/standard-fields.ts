/** What every form can ask for: attributes of contacts, in the order in which they are shown. */
import type { Language } from '../platform/text/languages.ts'

const STANDARD = {
  name: { type: 'TextField', autocomplete: 'name' },
  email: { type: 'EmailField', autocomplete: 'email' },
  phone_number: { type: 'PhoneField', autocomplete: 'tel' },
  business_number: { type: 'PhoneField', autocomplete: 'work tel' },
  mobile_phone_number: { type: 'MobilePhoneField', autocomplete: 'mobile tel' },
  address_line_1: { type: 'TextField', autocomplete: 'address-line1' },
  address_line_2: { type: 'TextField', autocomplete: 'address-line2' },
  address_city: { type: 'TextField', autocomplete: 'address-level2' },
  address_state: { type: 'TextField', autocomplete: 'address-level1' },
  address_zip: { type: 'TextField', autocomplete: 'postal-code' },
  address_country: { type: 'CountryField', autocomplete: 'country-name' },
} as const

export type StandardHandle = keyof typeof STANDARD

export const STANDARD_HANDLES = Object.keys(STANDARD) as StandardHandle[]

export const isStandard = (handle: string): handle is StandardHandle => Object.hasOwn(STANDARD, handle)

/** The type of a field, and how browsers fill it in. */
export const standardField = (handle: StandardHandle) => STANDARD[handle]

const TITLES: Record<Language, Record<StandardHandle, string>> = {
  en: {
    name: 'Name',
    email: 'E-mail',
    phone_number: 'Phone number',
    business_number: 'Business phone number',
    mobile_phone_number: 'Mobile phone number',
    address_line_1: 'Address',
    address_line_2: 'Address, second line',
    address_city: 'City',
    address_state: 'State or province',
    address_zip: 'Postal code',
    address_country: 'Country',
  },
  es: {
    name: 'Nombre',
    email: 'Correo electrónico',
    phone_number: 'Teléfono',
    business_number: 'Teléfono del trabajo',
    mobile_phone_number: 'Teléfono móvil',
    address_line_1: 'Dirección',
    address_line_2: 'Dirección, segunda línea',
    address_city: 'Ciudad',
    address_state: 'Estado o provincia',
    address_zip: 'Código postal',
    address_country: 'País',
  },
}

export const titleOf = (handle: StandardHandle, language: Language): string => TITLES[language][handle]
