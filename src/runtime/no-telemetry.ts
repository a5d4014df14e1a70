/**
 * From 1.29 on, ONNX Runtime for Linux and macOS reports to its maker: it keeps a device id and a database in the user's cache
 * folder, a log in the temporary one, and looks up a host. It reads this variable once, when its first session is made. On
 * Windows it only writes to the system's own tracing (ETW), and there is no such variable.
 */
export const noTelemetry = { ORT_DISABLE_TELEMETRY: '1' } as const;

Object.assign(process.env, noTelemetry);
