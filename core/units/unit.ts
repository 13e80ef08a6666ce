declare const unit: unique symbol;

/**
 * A number that carries the name of its unit in its type and nothing at run time.
 *
 * The sum of two such numbers is a plain number, which does not assign back to the unit: values are
 * made by checked constructors and combined by named operations only.
 */
export type Unit<Name extends string> = number & { readonly [unit]: Name };
