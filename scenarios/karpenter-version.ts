/** The Karpenter whose decisions the core takes. */
export const karpenterVersion = "v1.14.1";
