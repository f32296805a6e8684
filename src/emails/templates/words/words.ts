/**
 * The words of the default e-mails, in one language. Each is Liquid that is good both in HTML and in plain text: markup
 * is added by the templates.
 */
export interface EmailWords {
  greeting: string
  /** How long `link.url` can be used; empty when it does not expire. */
  linkValidity: string
  /** Within a loop over `offers`. */
  accessUntil: string
  welcome: {
    subject: string
    preheader: string
    ready: string
    offers: string
    choose: string
    button: string
    reason: string
  }
  gift: {
    subject: string
    preheader: string
    heading: string
    given: string
    offers: string
    button: string
    reason: string
  }
  offerGrant: OfferWords
  accessEnding: OfferWords
  paymentFailed: OfferWords
  trialEnding: OfferWords
  signIn: LinkWords
  password: LinkWords
  emailChange: LinkWords
  formConfirmation: LinkWords
  /** To users of the account; in these, `site` is the business. */
  userInvitation: LinkWords
  userPassword: LinkWords
  passwordChanged: NoticeWords
  emailChanged: NoticeWords
  emailRemoved: NoticeWords
  /** Why somebody gets what they or somebody else asked for. */
  requested: string
  /** Why the owner of an account gets an e-mail. */
  hasAccount: string
  /** Why the previous address of an account gets an e-mail. */
  hadAccount: string
  /** Why a contact gets the e-mail of an automation. */
  isContact: string
}

/** E-mails about offers that somebody holds. */
export interface OfferWords {
  subject: string
  preheader: string
  heading: string
  /** Before the list of the offers. */
  named: string
  /** When no offer is named. */
  unnamed: string
  signIn: string
  button: string
}

/** E-mails that somebody requested on the pages, with a link to use at once. */
export interface LinkWords {
  subject: string
  preheader: string
  heading: string
  sentence: string
  button: string
  /** What to do for those who did not request it. */
  ignore: string
}

/** E-mails about a change of somebody's account. */
export interface NoticeWords {
  subject: string
  preheader: string
  heading: string
  changed: string
  /** What to do for those who did not make the change. */
  alarm: string
  /** Empty: without a button. */
  button: string
}
