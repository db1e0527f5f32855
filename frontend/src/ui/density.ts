// How dense the controls around a component are. Sizes follow from the attribute data-density by themselves; this is
// for what a component says otherwise where there is little room.
import { getContext, setContext } from 'svelte'

const key = Symbol('density')

/** Says to everything inside that it stands close together. */
export const beDense = (): void => void setContext(key, true)

/** Whether it stands close together here. */
export const isDense = (): boolean => getContext<boolean | undefined>(key) ?? false
