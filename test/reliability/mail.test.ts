import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { mail, SHORT } from './mail.ts'

/** The lease of a worker on an e-mail is not stored. */
const WITHOUT_LEASE = `
  create function forget_lease() returns trigger language plpgsql as $$
  begin
    new.sending_until := null;
    return new;
  end $$;
  create trigger forget_lease before update on emails for each row execute function forget_lease()`

test.runIf(isTrialDue('mail'))(
  'through a mail server that refuses, delays and disconnects, every e-mail is sent once or fails with the server’s refusal',
  async () => {
    const { faults, ends, tally } = await mail(1, SHORT)
    expect(faults).toEqual([])
    expect(ends.sent).toBeGreaterThan(ends.failed!)
    // Connections are reused, so that greetings are rare.
    for (const stage of ['sender', 'recipient', 'message'])
      expect(tally[`cut at ${stage}`]).toBeGreaterThan(0)
  },
)

test.runIf(isControlDue(3, 7))(
  'without the lease on e-mails in flight, some are sent twice unnecessarily',
  async () => {
    const { faults } = await mail(1, { ...SHORT, emails: 100, fault: WITHOUT_LEASE })
    expect(faults).toContainEqual(expect.stringContaining('times unnecessarily'))
  },
)
