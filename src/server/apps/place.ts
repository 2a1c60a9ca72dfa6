// Where a process listens: its fixed address, or a free port that it has while it lives.

import type { AppAddress, AppEndpoint } from '../../request/apps.ts';
import { endpointText, type FreePorts, obstacleAt } from './endpoint.ts';
import type { ProcessTable } from './process-table.ts';

/** Until a port is chosen. */
const NOWHERE = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;

export class Place {
  readonly #address: AppAddress;
  readonly #ports: FreePorts;
  #chosenPort: number | undefined = undefined;
  endpoint: AppEndpoint;

  constructor(address: AppAddress, ports: FreePorts) {
    this.#address = address;
    this.#ports = ports;
    this.endpoint = address.kind === 'auto' ? NOWHERE : address;
  }

  /** Why nobody could listen there, for people; undefined where a process may be started. */
  async claim(): Promise<string | undefined> {
    if (this.#address.kind === 'auto') {
      this.#chosenPort = await this.#ports.take();
      this.endpoint = { ...NOWHERE, port: this.#chosenPort };
      return undefined;
    }
    const obstacle = await obstacleAt(this.endpoint);
    return obstacle === undefined ? undefined : `its address ${endpointText(this.endpoint)} ${obstacle}`;
  }

  /** Where a process may turn out to listen: programs that are told `localhost` often choose IPv6. */
  get candidates(): readonly AppEndpoint[] {
    if (this.#chosenPort === undefined) return [this.endpoint];
    return ['127.0.0.1', '::1'].map((host) => ({ kind: 'tcp', host, port: this.#chosenPort! }));
  }

  /** Somebody has taken the chosen port before the process did. */
  async isChoiceLost(): Promise<boolean> {
    return this.#chosenPort !== undefined && (await obstacleAt(this.endpoint)) !== undefined;
  }

  /** Who answers there, and is none of the process group; undefined where nobody else is known to. */
  async strangerBeside(group: number, table: ProcessTable): Promise<string | undefined> {
    return this.endpoint.kind === 'tcp' ? table.strangerOn(this.endpoint.port, group) : undefined;
  }

  giveBack(): void {
    if (this.#chosenPort !== undefined) this.#ports.giveBack(this.#chosenPort);
    this.#chosenPort = undefined;
  }
}
