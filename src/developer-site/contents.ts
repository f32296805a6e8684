/** Contents of the developer site: which file is which page, in the order of the navigation. */

/** A file of `docs/`, or of the folder above it, as a page. */
export interface FilePage {
  /** Below /docs. */
  path: string
  /** Relative to docs/. */
  file: string
  /** In the navigation. */
  title: string
}

export interface Section {
  title: string
  pages: FilePage[]
}

const chapter = (name: string, title: string): FilePage => ({
  path: `guides/${name}`,
  file: `${name}.md`,
  title,
})

const page = (path: string, title: string, file = `${path}.md`): FilePage => ({ path, file, title })

export const SECTIONS: Section[] = [
  {
    title: 'Start',
    pages: [
      page('getting-started', 'Getting started'),
      page('authentication', 'Authentication'),
      page('errors', 'Errors'),
      page('capabilities', 'Capabilities'),
      page('external-contact-form', 'External contact form'),
    ],
  },
  {
    title: 'Guides',
    pages: [
      chapter('granting', 'Granting access'),
      chapter('automations', 'Automations'),
      chapter('webhooks', 'Webhooks'),
      chapter('events', 'Events'),
      chapter('forms', 'Forms'),
      chapter('content', 'Content'),
      chapter('emails', 'E-mail templates'),
      chapter('moving-from-kajabi', 'Moving from Kajabi'),
      chapter('import', 'Import and export'),
      chapter('bulk', 'Bulk jobs'),
      chapter('sales', 'Sales'),
      chapter('coupons', 'Coupons'),
      chapter('reports', 'Reports'),
      chapter('stripe', 'Stripe'),
      chapter('client', 'Client for JavaScript'),
      chapter('testing', 'Testing your integration'),
      chapter('members', 'Members’ pages'),
      chapter('team', 'Team'),
      chapter('agents', 'Agents'),
      chapter('production', 'Production'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      chapter('semantics', 'Semantics'),
      chapter('guarantees', 'Guarantees'),
      chapter('commands', 'Command line'),
      chapter('settings', 'Settings'),
      chapter('filters', 'Filters'),
      chapter('pages', 'Pages of lists'),
      chapter('jsonapi', 'JSON:API'),
      chapter('performance', 'Performance'),
      chapter('reliability', 'Reliability'),
      page('differences', 'Differences from Kajabi', 'deviations.md'),
      page('glossary', 'Glossary', 'GLOSSARY.md'),
      page('changelog', 'Changelog', '../CHANGELOG.md'),
    ],
  },
]

/** Of those who work on Bestow itself, not with it. */
export const INTERNAL = ['architecture.md']
