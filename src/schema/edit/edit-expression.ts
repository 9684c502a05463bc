/** SQL expressions that a revision passes as text: whether they are valid, and which columns they mention. */
import type { AstNode, Expr } from 'sqlite3-parser';
import { traverse } from 'sqlite3-parser';
import { DrydockError } from '../../errors.ts';
import { sameName } from '../names.ts';
import { parseStmt } from '../parse.ts';

/**
 * @param text The content of the parentheses, such as `a > 0` or `lower(name)`.
 * @throws {DrydockError} If it is not exactly one expression: `a) CHECK (b` would smuggle in a second.
 */
export function parseExpression(text: string): Expr {
  const parsed = parseStmt(`SELECT (${text})`);
  const body = parsed.status === 'ok' && parsed.root?.type === 'SelectStmt' ? parsed.root.body.select : undefined;
  const [column, more] = body?.type === 'SelectFrom' ? body.columns : [];
  const whole = column?.type === 'ExprResultColumn' && more === undefined ? column.expr : undefined;
  // The parser reads `SELECT (SELECT 1)` as a subquery without parentheses of its own.
  if (whole?.type === 'SubqueryExpr') return whole;
  const [expression, second] = whole?.type === 'ParenthesizedExpr' ? whole.exprs : [];
  if (expression !== undefined && second === undefined) return expression;
  throw new DrydockError('REVISION_FAILED', {
    what: `${JSON.stringify(text)} is not one SQL expression`,
    next: 'Pass only the expression, without the parentheses of CHECK or AS',
  });
}

/** Whether an expression or a column list names a column. */
export function mentions(node: AstNode, column: string): boolean {
  let found = false;
  traverse(node, {
    enter(inner, parent) {
      const name = nameOf(inner, parent);
      if (name !== undefined && sameName(name, column)) found = true;
      return found ? 'break' : 'continue';
    },
  });
  return found;
}

/** Whether an expression reads tables of the database. */
export function hasSubquery(expression: Expr): boolean {
  let found = false;
  traverse(expression, {
    enter({ type }) {
      if (type === 'Select' || type === 'InTableExpr') found = true;
      return found ? 'break' : 'continue';
    },
  });
  return found;
}

/** The tables and views that an expression reads directly, as they are spelled. */
export function tablesIn(expression: Expr): string[] {
  const names: string[] = [];
  traverse(expression, {
    enter(node) {
      if (node.type === 'QualifiedName') names.push(node.objName.text);
      return 'continue';
    },
  });
  return names;
}

function nameOf(node: AstNode, parent: AstNode | undefined): string | undefined {
  if (node.type === 'Id') return isFunctionName(node, parent) ? undefined : node.name;
  if (node.type !== 'Name') return undefined;
  if (parent?.type === 'QualifiedExpr') return parent.column === node ? node.text : undefined;
  if (parent?.type === 'IndexedColumn') return parent.colName === node ? node.text : undefined;
  return parent?.type === 'NameExpr' || parent === undefined ? node.text : undefined;
}

function isFunctionName(node: AstNode, parent: AstNode | undefined): boolean {
  return (parent?.type === 'FunctionCallExpr' || parent?.type === 'FunctionCallStarExpr') && parent.name === node;
}

/** Whether ADD COLUMN accepts an expression as a constant default: a literal, possibly signed or in parentheses. */
export function isConstant(expression: Expr): boolean {
  switch (expression.type) {
    case 'NumericLiteral':
    case 'StringLiteral':
    case 'BlobLiteral':
    case 'NullLiteral':
    // TRUE, FALSE, and bare words, which a DEFAULT takes as strings.
    case 'Id':
      return true;
    case 'UnaryExpr':
      return (
        (expression.op === 'Negative' || expression.op === 'Positive') && expression.expr.type === 'NumericLiteral'
      );
    case 'ParenthesizedExpr':
      return expression.exprs.length === 1 && expression.exprs.every(isConstant);
    default:
      return false;
  }
}
