export interface Message {
  from: { name: string; address: string }
  to: { name: string; address: string }
  /** Where answers go; left out: to the sender. */
  replyTo?: string
  subject: string
  html: string
  text: string
  /** The same for the same e-mail every time, so that a mailbox can drop a second copy. */
  messageId: string
  date: Date
}

/** Hands e-mails over to a mail server. */
export interface Mailer {
  /**
   * @returns what the server said
   * @throws RefusedError for a permanent failure; DeliveryError for a transient one
   */
  send: (message: Message) => Promise<string>
  close: () => void
}
