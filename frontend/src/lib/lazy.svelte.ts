// Pages that few people need, or nobody at first: their code comes when it is
// asked for, so that the window opens with what everybody needs.
import type { Component } from 'svelte'
import type { PageProps } from './router.svelte.ts'

type Page = Component<PageProps> | Component<Record<string, never>>

/** A page whose code is loaded on the first visit and kept. */
export class LazyPage {
  page = $state.raw<Page>()
  failure = $state.raw<unknown>()
  #loading: Promise<void> | undefined

  constructor(private readonly code: () => Promise<{ default: Page }>) {}

  /** Loads the code unless it is there or on its way; after a failure it tries again. */
  load(): Promise<void> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  async #load(): Promise<void> {
    this.failure = undefined
    try {
      this.page = (await this.code()).default
    } catch (e) {
      this.failure = e
      this.#loading = undefined
    }
  }
}

/** A page by the module that has it: lazy(() => import('./page.svelte')). */
export const lazy = (code: () => Promise<{ default: Page }>): LazyPage => new LazyPage(code)
