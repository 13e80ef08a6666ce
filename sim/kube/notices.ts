/** Something that the input asks for and the simulated cluster does not do. */
export interface KubeNotice {
  /** A stable name such as `kube/hpa-not-supported`. */
  readonly code: string;
  readonly objectKind: string;
  readonly objectKey: string;
  readonly message: string;
}

/** Collects notices, each once; reports print them so that nothing is left out in silence. */
export class KubeNotices {
  readonly #noticesByKey = new Map<string, KubeNotice>();

  add(notice: KubeNotice): void {
    const key = `${notice.code} ${notice.objectKind} ${notice.objectKey}`;
    if (!this.#noticesByKey.has(key)) this.#noticesByKey.set(key, Object.freeze(notice));
  }

  /** In the order in which they came up. */
  list(): readonly KubeNotice[] {
    return [...this.#noticesByKey.values()];
  }
}
