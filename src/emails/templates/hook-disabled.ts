import type { EmailTemplate } from './template.ts'

const GREETING = 'Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},'

const REASON = `{% if hook.reason == "gone" -%}
The receiver answered 410 Gone, which asks for no further requests.
{%- else -%}
Every attempt has failed since {{ hook.failing_since | date: "%-d %B %Y, %H:%M" }} ({{ site.time_zone }}). The last result was: {{ hook.answer }}.
{%- endif %}`

const KEPT = 'No event is lost. Events that happen in the meantime are kept for {{ hook.kept_days }} days.'

/** To the owner of the account, and so without the link of a member. */
export const hookDisabled: EmailTemplate = {
  subject: 'A webhook of {{ site.title }} was disabled',
  preheader: 'Its receiver, {{ hook.host }}, no longer gets events.',
  heading: 'A webhook was disabled',
  body: `<p>${GREETING}</p>
<p>Hook {{ hook.id }} of {{ site.title }} sends the event <strong>{{ hook.event }}</strong> to
<strong>{{ hook.host }}</strong>. It was disabled, and requests that were waiting were cancelled.</p>
<p>${REASON}</p>
<p>${KEPT} When the receiver works again:</p>
<ol>
  <li>Enable the hook: <code>PATCH /v1/hooks/{{ hook.id }}</code> with <code>"enabled": true</code></li>
  <li>Deliver what it missed: <code>POST /v1/hooks/{{ hook.id }}/replay</code></li>
</ol>
<p>If you no longer need the hook, delete it.</p>`,
  button: '',
  text: `${GREETING}

Hook {{ hook.id }} of {{ site.title }} sends the event {{ hook.event }} to {{ hook.host }}. It was disabled, and requests that were waiting were cancelled.

${REASON}

${KEPT} When the receiver works again:

1. Enable the hook: PATCH /v1/hooks/{{ hook.id }} with "enabled": true
2. Deliver what it missed: POST /v1/hooks/{{ hook.id }}/replay

If you no longer need the hook, delete it.

--
You are receiving this because you own the account of {{ site.title }}, {{ site.url }}`,
  footer: `<p>You are receiving this because you own the account of
<a href="{{ site.url }}">{{ site.title }}</a>.</p>`,
}
