/** What of a profile decides how a session of ONNX Runtime runs; plain data, so that types which name it load no runtime. */
export interface SessionSettings {
  /** An execution provider by its name in ONNX Runtime: cpu, webgpu, cuda, dml, coreml. */
  readonly provider: string;
  /** Threads within one operator. */
  readonly threads: number;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** Of the provider, as the binding names them: `deviceId`, `preferredLayout`. */
  readonly providerOptions?: ProviderOptions | undefined;
  readonly sessionOptions?: FurtherSessionOptions | undefined;
}

export type ProviderOptions = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Each as the runtime has it by default where it is missing; operators run one after the other by default. */
export interface FurtherSessionOptions {
  readonly executionMode?: 'sequential' | 'parallel' | undefined;
  /** Operators at a time where they run in parallel. */
  readonly interOpThreads?: number | undefined;
  /** Whether memory comes from an arena that grows and keeps it. */
  readonly cpuArena?: boolean | undefined;
  /** Whether the places of values in memory are planned once for all calls. */
  readonly memoryPattern?: boolean | undefined;
  /** Further entries by the runtime's own keys, such as `session.set_denormal_as_zero: "1"`. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** What of larger settings a session needs, so that it can be sent to a child process. */
export const sessionPart = ({
  provider,
  threads,
  graphOptimization,
  providerOptions,
  sessionOptions,
}: SessionSettings): SessionSettings => ({
  provider,
  threads,
  graphOptimization,
  ...(providerOptions ? { providerOptions } : {}),
  ...(sessionOptions ? { sessionOptions } : {}),
});
