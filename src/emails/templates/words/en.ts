import type { EmailWords } from './words.ts'

export const en: EmailWords = {
  greeting: 'Hello{% if recipient.first_name != blank %} {{ recipient.first_name }}{% endif %},',
  linkValidity: `{% if link.expires_in_days %}The link works once and is valid for {{ link.expires_in_days }} day
{%- if link.expires_in_days != 1 %}s{% endif %}.{% endif %}`,
  accessUntil: 'Access until {{ offer.access_until | until }}',
  welcome: {
    subject: 'Welcome to {{ site.title }}',
    preheader: 'Set a password to open your account.',
    ready: 'Your account is ready.',
    offers: 'You now have access to:',
    choose: 'Set a password to sign in.',
    button: 'Set your password',
    reason: 'You are receiving this because {{ recipient.email }} was given access at',
  },
  gift: {
    subject:
      '{% if gift.from_name != blank %}{{ gift.from_name }} has a gift for you{% else %}You have received a gift{% endif %}',
    preheader: 'Open it at {{ site.title }}.',
    heading:
      '{% if gift.from_name != blank %}A gift from {{ gift.from_name }}{% else %}You have received a gift{% endif %}',
    given:
      '{% if gift.from_name != blank %}{{ gift.from_name }} has sent you a gift at {{ site.title }}.{% else %}You have been given a gift at {{ site.title }}.{% endif %}',
    offers: 'Your gift includes:',
    button: 'Open your gift',
    reason: 'You are receiving this because a gift was sent to {{ recipient.email }} at',
  },
  offerGrant: {
    subject:
      '{% if offers.size == 1 %}You now have access to {{ offers[0].title }}{% else %}You have new access at {{ site.title }}{% endif %}',
    preheader: 'Sign in to {{ site.title }} to open it.',
    heading: 'You have new access',
    named: 'This has been added to your account at {{ site.title }}:',
    unnamed: 'Something new has been added to your account at {{ site.title }}.',
    signIn: 'Sign in as {{ recipient.email }} to open it.',
    button: 'Sign in',
  },
  accessEnding: {
    subject:
      '{% if offers.size == 1 %}Your access to {{ offers[0].title }} ends soon{% else %}Your access at {{ site.title }} ends soon{% endif %}',
    preheader:
      '{% if offers.size == 1 and offers[0].access_until %}You have access until {{ offers[0].access_until | until }}.{% else %}Sign in to {{ site.title }} while you have access.{% endif %}',
    heading: 'Your access ends soon',
    named: 'Your access to this at {{ site.title }} will end:',
    unnamed: 'Some of your access at {{ site.title }} will end.',
    signIn: 'Until then, sign in as {{ recipient.email }} to use it.',
    button: 'Sign in',
  },
  paymentFailed: {
    subject:
      '{% if offers.size == 1 %}Your payment for {{ offers[0].title }} failed{% else %}Your payment at {{ site.title }} failed{% endif %}',
    preheader: 'Please check how you pay.',
    heading: 'Your payment failed',
    named: 'The payment for this at {{ site.title }} could not be collected:',
    unnamed: 'A payment at {{ site.title }} could not be collected.',
    signIn:
      'Sign in as {{ recipient.email }} to update how you pay. If the payment is not made, there is no access to it.',
    button: 'Sign in',
  },
  trialEnding: {
    subject:
      '{% if offers.size == 1 %}Your trial of {{ offers[0].title }} ends soon{% else %}Your trial at {{ site.title }} ends soon{% endif %}',
    preheader: 'It becomes a paid subscription unless you cancel it.',
    heading: 'Your trial ends soon',
    named: 'Your trial of this at {{ site.title }} ends within three days, and a paid subscription begins:',
    unnamed: 'A trial at {{ site.title }} ends within three days, and a paid subscription begins.',
    signIn: 'To cancel it before, sign in as {{ recipient.email }}.',
    button: 'Sign in',
  },
  signIn: {
    subject: 'Your sign-in link for {{ site.title }}',
    preheader: 'Use it to sign in without a password.',
    heading: 'Sign in to {{ site.title }}',
    sentence: 'Use this link to sign in. You do not need a password.',
    button: 'Sign in',
    ignore: 'If you did not request it, you can ignore this message.',
  },
  password: {
    subject: 'Set a new password for {{ site.title }}',
    preheader: 'Your current password works until you set a new one.',
    heading: 'Set a new password',
    sentence: 'Use this link to set a new password.',
    button: 'Set a new password',
    ignore: 'If you did not request it, you can ignore this message: your password stays the same.',
  },
  emailChange: {
    subject: 'Confirm your new e-mail address for {{ site.title }}',
    preheader: 'Your current address stays in use until you do.',
    heading: 'Confirm your new e-mail address',
    sentence: 'Confirm that you want to use {{ recipient.email }} to sign in to {{ site.title }}.',
    button: 'Confirm this address',
    ignore: 'If you did not request it, you can ignore this message: nothing will change.',
  },
  formConfirmation: {
    subject: 'Please confirm your e-mail address for {{ site.title }}',
    preheader: 'One more step: confirm that this is your address.',
    heading: 'Confirm your address',
    sentence:
      'You filled in a form at {{ site.title }}. Confirm that {{ recipient.email }} is your address to complete it.',
    button: 'Confirm this address',
    ignore: 'If this was not you, you can ignore this message: nothing will happen.',
  },
  userInvitation: {
    subject: 'You are invited to the team of {{ site.title }}',
    preheader: 'Accept the invitation and choose a password.',
    heading: 'Join the team of {{ site.title }}',
    sentence:
      'You are invited to the team of {{ site.title }}. Use this link to accept and to choose a password.',
    button: 'Accept the invitation',
    ignore: 'If you do not know {{ site.title }}, you can ignore this message: nothing will happen.',
  },
  userPassword: {
    subject: 'Set a new password for the portal of {{ site.title }}',
    preheader: 'Your current password works until you set a new one.',
    heading: 'Set a new password',
    sentence: 'Use this link to set a new password for the portal of {{ site.title }}.',
    button: 'Set a new password',
    ignore: 'If you did not request it, you can ignore this message: your password stays the same.',
  },
  passwordChanged: {
    subject: 'Your password for {{ site.title }} was changed',
    preheader: 'If this was not you, set a new password now.',
    heading: 'Your password was changed',
    changed:
      'The password of your account at {{ site.title }} was changed, and you were signed out on all other devices.',
    alarm: 'If this was you, there is nothing to do. If it was not, set a new password now.',
    button: 'Set a new password',
  },
  emailChanged: {
    subject: 'Your e-mail address for {{ site.title }} was changed',
    preheader: 'From now on, sign in as {{ recipient.email }}.',
    heading: 'Your e-mail address was changed',
    changed:
      'From now on, sign in to {{ site.title }} as {{ recipient.email }}. Messages go to this address, too.',
    alarm: 'If you did not expect this change, contact {{ site.title }}.',
    button: 'Sign in',
  },
  emailRemoved: {
    subject: 'Your e-mail address for {{ site.title }} was changed',
    preheader: 'If this was not you, contact {{ site.title }} now.',
    heading: 'Your e-mail address was changed',
    changed:
      'Your account at {{ site.title }} now has another e-mail address. You can no longer sign in as {{ recipient.email }}.',
    alarm: 'If this was you, there is nothing to do. If it was not, contact {{ site.title }} now.',
    button: '',
  },
  requested: 'You are receiving this because someone requested it at',
  hasAccount: 'You are receiving this because {{ recipient.email }} has an account at',
  hadAccount: 'You are receiving this because {{ recipient.email }} was the address of an account at',
  isContact: 'You are receiving this because {{ recipient.email }} is a contact of',
}
