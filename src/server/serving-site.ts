// An open site and who uses it. Reload retires a site; it closes when the last exchange has left.

import type { Site } from '../conf/site.ts';
import type { LiveSite } from '../request/exchange.ts';
import type { SiteIo } from '../request/io.ts';
import type { Module } from '../request/module.ts';
import { closeSite, openSite, retireSite, type Surroundings } from '../request/site.ts';
import type { ServingSite } from './connection-owner.ts';

/** Told of modules that fail while their site is closed. */
export type ReportCloseTrouble = (error: unknown) => void;

export class OpenedSite implements ServingSite {
  readonly live: LiveSite;
  readonly #modules: readonly Module[];
  readonly #report: ReportCloseTrouble;
  #users = 0;
  #closed: Promise<void> | undefined = undefined;
  #close: (() => void) | undefined = undefined;

  constructor(live: LiveSite, modules: readonly Module[], report: ReportCloseTrouble) {
    this.live = live;
    this.#modules = modules;
    this.#report = report;
  }

  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#close?.();
  }

  /** Takes no more requests; settles when the site is closed. */
  retire(): Promise<void> {
    if (this.#closed === undefined) {
      retireSite(this.live, this.#modules);
      this.#closed = this.#whenUnused().then(() => this.#closeModules());
    }
    return this.#closed;
  }

  /** Closes although exchanges still run: the process is about to end. */
  closeNow(): Promise<void> {
    const closed = this.retire();
    this.#close?.();
    return closed;
  }

  #whenUnused(): Promise<void> {
    return new Promise((resolve) => {
      this.#close = resolve;
      if (this.#users === 0) resolve();
    });
  }

  async #closeModules(): Promise<void> {
    try {
      await closeSite(this.live, this.#modules);
    } catch (error) {
      this.#report(error);
    }
  }
}

/** Opens a read configuration with those of `modules` that are loaded in it. */
export async function openServingSite(
  site: Site,
  modules: readonly Module[],
  io: SiteIo,
  report: ReportCloseTrouble,
  surroundings: Surroundings,
): Promise<OpenedSite> {
  const loaded = modules.filter((module) => site.modules.includes(module));
  return new OpenedSite(await openSite(site, loaded, io, surroundings), loaded, report);
}
