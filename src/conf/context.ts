// The places a directive may stand in, by the manual's words.

/** Where the manual says a directive may stand. Location, Files, If and Proxy sections count as `directory`. */
export type Context = 'server config' | 'virtual host' | 'directory' | '.htaccess';

/** The AllowOverride class that lets a directive stand in .htaccess. */
export type Override = 'AuthConfig' | 'FileInfo' | 'Indexes' | 'Limit' | 'Options' | 'All';
