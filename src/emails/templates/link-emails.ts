import type { EmailTemplate } from './template.ts'

/** E-mails that somebody asked for at the site's door, to be followed at once. */
function linkEmail(words: {
  subject: string
  preheader: string
  heading: string
  sentence: string
  button: string
  ignore: string
}): EmailTemplate {
  const { subject, preheader, heading, sentence, button, ignore } = words
  const validity = `The link works once
{%- if link.expires_in_days %} and is valid for {{ link.expires_in_days }} day
{%- if link.expires_in_days != 1 %}s{% endif %}{% endif %}.`
  const greeting = 'Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},'
  return {
    subject,
    preheader,
    heading,
    button,
    body: `<p>${greeting}</p>
<p>${sentence}</p>
<p>${validity} ${ignore}</p>`,
    text: `${greeting}

${sentence}
{{ link.url }}

${validity} ${ignore}

--
You are receiving this because somebody asked for it at {{ site.title }}, {{ site.url }}`,
    footer: `<p>You are receiving this because somebody asked for it at
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
  }
}

export const signIn = linkEmail({
  subject: 'Your link to sign in to {{ site.title }}',
  preheader: 'One click, and you are in.',
  heading: 'Sign in to {{ site.title }}',
  sentence: 'Here is your link to sign in.',
  button: 'Sign in',
  ignore: 'If you did not ask for it, you need not do anything.',
})

export const password = linkEmail({
  subject: 'Choose a new password for {{ site.title }}',
  preheader: 'The old one is good until you do.',
  heading: 'Choose a new password',
  sentence: 'Here is your link to choose a new password.',
  button: 'Choose a password',
  ignore: 'If you did not ask for it, your password stays as it is.',
})

export const emailChange = linkEmail({
  subject: 'Confirm your new e-mail address for {{ site.title }}',
  preheader: 'Until then, everything goes to the old one.',
  heading: 'Is this your address?',
  sentence: 'Please confirm that {{ recipient.email }} is to be your e-mail address at {{ site.title }}.',
  button: 'Confirm this address',
  ignore: 'If this is not about you, leave it, and nothing changes.',
})
