import { footerInHtml } from './parts.ts'
import type { EmailTemplate } from './template.ts'
import type { EmailWords } from './words/words.ts'

/** What an e-mail of an automation says beside what its site has written, which is at least a subject and a body. */
export const automation = ({ isContact }: EmailWords): EmailTemplate => ({
  subject: '',
  preheader: '',
  heading: '',
  body: '',
  button: '',
  text: null,
  footer: footerInHtml(isContact),
})
