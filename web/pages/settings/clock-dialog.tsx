import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { advanceServerClock } from '../../api/generated.ts'
import { queryClient } from '../../api/queries.ts'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'

const USUAL = ['1h', '1d', '7d', '30d']

/** Moves the clock of a development server ahead, and shows everything as it is then. @param time of the server */
export function ClockDialog({ time, onClose }: { time: string; onClose: () => void }) {
  const [duration, setDuration] = useState('1d')
  return (
    <FormDialog
      title={t('clock.advance')}
      fields={['duration']}
      submitLabel={t('clock.submit')}
      canSubmit={duration.trim() !== ''}
      onClose={onClose}
      onSubmit={async () => {
        const { meta } = await advanceServerClock({ meta: { duration: duration.trim() } })
        await queryClient.invalidateQueries()
        notify(t(meta.expired.access_tokens > 0 ? 'clock.movedTokens' : 'clock.moved'))
        onClose()
      }}
    >
      {(errors) => (
        <>
          <p>
            {t('settings.time')}: <Moment at={time} />
          </p>
          <p>{t('clock.text')}</p>
          <TextInput
            label={t('clock.duration')}
            description={t('clock.durationHint')}
            data-autofocus
            value={duration}
            error={errors.duration}
            onChange={({ currentTarget }) => setDuration(currentTarget.value)}
          />
          <div className="choices">
            {USUAL.map((usual) => (
              <Button key={usual} variant="default" size="xs" onClick={() => setDuration(usual)}>
                {usual}
              </Button>
            ))}
          </div>
        </>
      )}
    </FormDialog>
  )
}
