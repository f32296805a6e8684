import type { EmailTemplate } from './template.ts'

/** What an e-mail of an automation says beside what its site has written, which is at least a subject and a body. */
export const automation: EmailTemplate = {
  subject: '',
  preheader: '',
  heading: '',
  body: '',
  button: '',
  text: null,
  footer: `<p>You are receiving this because {{ recipient.email }} is known to
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
}
