// The providers that come with modules, by the names that AuthBasicProvider and AuthDigestProvider know.

import { anonProvider } from './anon.ts';
import { fileProvider } from './file.ts';
import type { AuthnProvider } from './providers.ts';

export const builtInProviders: readonly AuthnProvider[] = [fileProvider, anonProvider];
