/** What a failed report says. */
export const optedOut = 21610;

export const filtered = 30007;

/** The refusal that every design must give. */
export const refusal = {
  message: 'Cannot send message - frequently unsubscribed recipient',
  sqlState: 'OPTED',
} as const;
