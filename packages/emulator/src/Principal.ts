/**
 * Who a key belongs to, as Sts GetCallerIdentity tells it.
 *
 * @since 0.1.0
 */

/**
 * - `accountId`: of the Alibaba Cloud account, digits
 * - `arn`: for instance `acs:ram::1234567890123456:user/alice`
 * - `roleId`: of assumed roles only
 *
 * @since 0.1.0
 * @category models
 */
export interface Principal {
  readonly identityType: "Account" | "RAMUser" | "AssumedRoleUser"
  readonly accountId: string
  readonly userId: string
  readonly principalId: string
  readonly arn: string
  readonly roleId: string | undefined
}

/**
 * An account itself.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Principal from "@effect-aliyun/emulator/Principal"
 *
 * console.log(Principal.account("1234567890123456").arn) // acs:ram::1234567890123456:root
 */
export const account = (accountId: string): Principal => ({
  identityType: "Account",
  accountId,
  userId: accountId,
  principalId: accountId,
  arn: `acs:ram::${accountId}:root`,
  roleId: undefined
})

/**
 * A RAM user of an account.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Principal from "@effect-aliyun/emulator/Principal"
 *
 * const alice = Principal.user({ accountId: "1234567890123456", userId: "216959339000654321", name: "alice" })
 * console.log(alice.arn) // acs:ram::1234567890123456:user/alice
 */
export const user = (options: {
  readonly accountId: string
  readonly userId: string
  readonly name: string
}): Principal => ({
  identityType: "RAMUser",
  accountId: options.accountId,
  userId: options.userId,
  principalId: options.userId,
  arn: `acs:ram::${options.accountId}:user/${options.name}`,
  roleId: undefined
})

/**
 * Someone who assumed a role of an account.
 *
 * @since 0.1.0
 * @category constructors
 */
export const assumedRole = (options: {
  readonly accountId: string
  readonly roleId: string
  readonly roleName: string
  readonly sessionName: string
}): Principal => ({
  identityType: "AssumedRoleUser",
  accountId: options.accountId,
  userId: `${options.roleId}:${options.sessionName}`,
  principalId: `${options.roleId}:${options.sessionName}`,
  arn: `acs:ram::${options.accountId}:assumed-role/${options.roleName}/${options.sessionName}`,
  roleId: options.roleId
})

/**
 * Whose key it is where nothing else is said: the RAM user `tester` of account `1234567890123456`.
 *
 * @since 0.1.0
 * @category constants
 */
export const tester: Principal = user({
  accountId: "1234567890123456",
  userId: "216959339000654321",
  name: "tester"
})
