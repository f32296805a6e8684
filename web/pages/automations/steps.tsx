import { Button, Menu } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { ChevronDownIcon, PlusIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'
import { BlockErrors } from './builder.tsx'
import { newStep, type Step } from './draft.ts'
import { useParts } from './parts.ts'
import { type Errors, errorsAt } from './pointers.ts'
import { actionName, StepLine } from './step.tsx'

interface StepsProps {
  steps: Step[]
  errors: Errors
  onChange: (steps: Step[]) => void
}

/** Steps in their order: by buttons or with Alt and an arrow key they are moved. */
export function Steps({ steps, errors, onChange }: StepsProps) {
  const { actions, isAllowed } = useParts()
  const [announcement, announce] = useState('')
  const list = useRef<HTMLOListElement>(null)
  const [focused, setFocused] = useState<{ key: string; part: string } | null>(null)
  // The browser takes the focus from an element that is moved in the document.
  useEffect(() => {
    if (!focused) return
    const line = list.current?.querySelector(`[data-step="${focused.key}"]`)
    const wanted = line?.querySelector<HTMLButtonElement>(`[data-part="${focused.part}"]:not(:disabled)`)
    const other = line?.querySelector<HTMLElement>('[data-part]:not(:disabled), input')
    ;(wanted ?? other)?.focus()
  }, [focused])

  function move(from: number, to: number, part: string) {
    const step = steps[from]
    if (!step || to < 0 || to >= steps.length) return
    onChange(steps.toSpliced(from, 1).toSpliced(to, 0, step))
    announce(t('automations.moved', { step: actionName(step.action), to: to + 1 }))
    setFocused({ key: step.key, part })
  }

  return (
    <>
      <BlockErrors messages={Object.values(pick(errorsAt(errors, 'actions'), ''))} />
      {steps.length === 0 && <p className="block-note">{t('automations.noSteps')}</p>}
      <ol className="steps" ref={list}>
        {steps.map((step, index) => (
          <StepLine
            key={step.key}
            step={step}
            position={index}
            count={steps.length}
            errors={errorsAt(errors, `actions/${index}`)}
            onChange={(changed) => onChange(steps.with(index, changed))}
            onMove={(by, part) => move(index, index + by, part)}
            onRemove={() => {
              onChange(steps.toSpliced(index, 1))
              announce(t('automations.removed', { step: actionName(step.action) }))
              const next = steps[index + 1] ?? steps[index - 1]
              if (next) setFocused({ key: next.key, part: 'remove' })
            }}
          />
        ))}
      </ol>
      <output className="hidden">{announcement}</output>
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<PlusIcon size={14} />}
            rightSection={<ChevronDownIcon size={14} />}
          >
            {t('automations.addStep')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.filter(isAllowed).map(({ action }) => (
            <Menu.Item
              key={action}
              onClick={() => {
                const step = newStep(action, action === 'wait' ? { amount: 1, unit: 'days' } : {})
                onChange([...steps, step])
                setFocused({ key: step.key, part: 'value' })
              }}
            >
              {actionName(action)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

const pick = (errors: Record<string, string>, name: string): Record<string, string> =>
  name in errors ? { [name]: errors[name]! } : {}
