// The settings of PHP that a php_value line cannot change under mod_php: those of the kind PHP_INI_SYSTEM, and what loads
// code into PHP. PHP-FPM would take them from anybody.

const NAMES: ReadonlySet<string> = new Set(
  (
    'allow_url_fopen allow_url_include browscap curl.cainfo disable_classes disable_functions doc_root enable_dl ' +
    'expose_php extension extension_dir ffi.enable ffi.preload file_uploads fpm.config hard_timeout ' +
    'opcache.blacklist_filename opcache.enable_cli opcache.enable_file_override ' +
    'opcache.error_log opcache.file_cache opcache.file_cache_consistency_checks opcache.file_cache_only ' +
    'opcache.force_restart_timeout opcache.huge_code_pages opcache.interned_strings_buffer opcache.jit_buffer_size ' +
    'opcache.jit_hot_func opcache.jit_hot_loop opcache.jit_hot_return opcache.jit_max_exit_counters ' +
    'opcache.jit_max_root_traces opcache.jit_max_side_traces opcache.lockfile_path opcache.log_verbosity_level ' +
    'opcache.max_accelerated_files opcache.max_file_size opcache.max_wasted_percentage opcache.memory_consumption ' +
    'opcache.opt_debug_level opcache.optimization_level opcache.preferred_memory_model opcache.preload ' +
    'opcache.preload_user opcache.protect_memory opcache.record_warnings opcache.restrict_api opcache.save_comments ' +
    'opcache.use_cwd opcache.validate_permission opcache.validate_root phar.cache_list realpath_cache_size ' +
    'realpath_cache_ttl sendmail_path sys_temp_dir syslog.facility syslog.ident upload_tmp_dir user_dir ' +
    'user_ini.cache_ttl user_ini.filename xmlrpc_errors zend.signal_check zend_extension zend_extension_debug ' +
    'zend_extension_debug_ts zend_extension_ts'
  ).split(' '),
);

/** Settings of PHP's own programs, whatever they are called. */
const OF_THE_PROGRAM = /^(?:cgi|fastcgi)\./;

/** Must this setting come from php_admin_value or php.ini? PHP compares names with case. */
export function isSystemSetting(name: string): boolean {
  return NAMES.has(name) || OF_THE_PROGRAM.test(name);
}
