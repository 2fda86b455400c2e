/** Tells zod not to try `new Function`: the page's Content-Security-Policy would report the attempt. Must be imported first. */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
