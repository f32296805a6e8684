/** Table of contents: the columns that the list of contacts can have, by the API's names of attributes and relationships. */
import { Link } from '@tanstack/react-router'
import type { Complete } from '../../api/documents.ts'
import { findIncluded } from '../../api/documents.ts'
import type { Contact, listContacts } from '../../api/generated.ts'
import { type Column, PhoneLine } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import type { Search } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'

export type ContactRow = Complete<Contact>

type ContactPage = Pick<Awaited<ReturnType<typeof listContacts>>, 'included'>

/** The first one is always there: it links to the contact. */
/** Tags with their names alone: otherwise the contacts of each would be counted. */
export const WITH_TAGS: { include: string } = { include: 'tags', ...{ 'fields[contact_tags]': 'name' } }

export const DEFAULT_COLUMNS = ['email', 'tags', 'customer', 'created_at']

interface CustomField {
  attributes: { handle: string; title: string; type: string }
}

/** The columns besides the name that the address asks for. */
export const columnsIn = (search: Search): string[] =>
  search.columns?.split(',').filter((name) => name !== 'name') ?? DEFAULT_COLUMNS

/** The `columns` of the address; undefined: as without. */
export const toColumns = (names: string[]): string | undefined =>
  names.join() === DEFAULT_COLUMNS.join() ? undefined : ['name', ...names].join(',')

export const nameColumn = (site: string): Column<ContactRow> => ({
  title: t('contacts.name'),
  sort: 'name',
  cell: ({ id, attributes }) => (
    <>
      <Link to="/s/$site/contacts/$id" params={{ site, id }}>
        {attributes.name || attributes.email}
      </Link>
      <PhoneLine>{attributes.email}</PhoneLine>
    </>
  ),
})

const LINES = {
  phone_number: 'field.phone_number',
  mobile_phone_number: 'field.mobile_phone_number',
  business_number: 'field.business_number',
  address_line_1: 'field.address_line_1',
  address_line_2: 'field.address_line_2',
  address_city: 'field.address_city',
  address_state: 'field.address_state',
  address_zip: 'field.address_zip',
  address_country: 'field.address_country',
  external_user_id: 'field.external_user_id',
} as const

const NOTHING = <span className="meta">–</span>

/** Every column besides the name, in the order in which they are offered. */
export function columnsOf(
  page: ContactPage | undefined,
  fields: CustomField[],
): Map<string, Column<ContactRow>> {
  const columns: [string, Column<ContactRow>][] = [
    [
      'email',
      {
        title: t('contacts.email'),
        sort: 'email',
        isMinor: true,
        cell: ({ attributes }) => attributes.email,
      },
    ],
    [
      'tags',
      {
        title: t('contacts.tags'),
        isMinor: true,
        cell: ({ relationships }) => <TagChips page={page} tags={relationships.tags?.data ?? []} />,
      },
    ],
    [
      'customer',
      {
        title: t('contacts.customer'),
        isMinor: true,
        cell: ({ relationships }) =>
          relationships.customer?.data ? <State tone="good">{t('contacts.isCustomer')}</State> : NOTHING,
      },
    ],
    [
      'subscribed',
      {
        title: t('contact.subscribed'),
        isMinor: true,
        cell: ({ attributes }) => (attributes.subscribed ? t('yes') : t('no')),
      },
    ],
    ...Object.entries(LINES).map(([name, key]): [string, Column<ContactRow>] => [
      name,
      {
        title: t(key),
        isMinor: true,
        cell: ({ attributes }) => attributes[name as keyof typeof LINES] ?? NOTHING,
      },
    ]),
    [
      'created_at',
      {
        title: t('contacts.added'),
        isMinor: true,
        sort: 'created_at',
        cell: ({ attributes }) => <Moment at={attributes.created_at} as="day" />,
      },
    ],
    [
      'updated_at',
      {
        title: t('contacts.changed'),
        isMinor: true,
        sort: 'updated_at',
        cell: ({ attributes }) => <Moment at={attributes.updated_at} as="day" />,
      },
    ],
    ...fields.map(({ attributes: { handle, title, type } }): [string, Column<ContactRow>] => [
      handle,
      {
        title,
        isMinor: true,
        sort: handle,
        isFigure: type === 'NumberField',
        cell: ({ attributes }) => customValue(attributes as Record<string, unknown>, handle, type),
      },
    ]),
  ]
  return new Map(columns)
}

/** The value of a custom field as people read it. */
export function customValue(attributes: Record<string, unknown>, handle: string, type: string) {
  const value = attributes[handle] as string | null | undefined
  if (value === null || value === undefined) return NOTHING
  if (type === 'CheckboxField') return value === 'true' ? t('yes') : t('no')
  return value
}

function TagChips({ page, tags }: { page: ContactPage | undefined; tags: { type: string; id: string }[] }) {
  return (
    <ul className="chips">
      {tags.map((tag) => (
        <li key={tag.id}>{String(findIncluded(page, tag)?.attributes.name ?? tag.id)}</li>
      ))}
    </ul>
  )
}
