/** Tells with an answer about one study which revision of it the answer holds at least. */
export const revisionHeader = 'x-study-revision';
