import type * as typescript from "typescript";
import type { Names } from "./typescript";

/** The names of a cell, and behind them those of all cells: one table for the compiler, which looks names up in it. */
export class SharedNames extends Map<string, typescript.Symbol> {
  /** Names that all cells see; the cell's own come first. */
  shared: Names = new Map();

  /** The names that the cell declares itself. */
  own(): Names {
    return new Map(super.entries());
  }

  override get(name: string): typescript.Symbol | undefined {
    return super.get(name) ?? this.shared.get(name);
  }

  override has(name: string): boolean {
    return super.has(name) || this.shared.has(name);
  }

  override forEach(visit: (symbol: typescript.Symbol, name: string, names: Names) => void): void {
    for (const [name, symbol] of this.entries()) visit(symbol, name, this);
  }

  override *entries(): MapIterator<[string, typescript.Symbol]> {
    yield* super.entries();
    for (const [name, symbol] of this.shared) if (!super.has(name)) yield [name, symbol];
  }

  override [Symbol.iterator](): MapIterator<[string, typescript.Symbol]> {
    return this.entries();
  }
}
