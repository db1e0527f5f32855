// What an example of a component is. Examples feed the review page and a test
// that mounts each and looks at it with axe; their first line says what holds
// for accessibility.
import { createRawSnippet, type Component } from 'svelte'

/** A component in one of its states. */
export interface Example {
  name: string
  component: Component<never>
  props: Record<string, unknown>
}

/** A snippet of plain text. */
export const textSnippet = (text: string) =>
  createRawSnippet(() => ({
    render: () => `<span>${text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</span>`,
  }))
